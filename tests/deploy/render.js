// Renders the inputs of a serverless.yml, given as JSON on standard input, into the calls by which Tencent
// Cloud's own component would deploy them, and prints those. Every request is answered here: nothing is sent.
const { Capi } = require('@tencent-sdk/capi');
const { Scf } = require('tencent-component-toolkit');

const calls = [];
let created = false;

function answer(call) {
  switch (call.Action) {
    case 'GetFunction':
      return created
        ? { FunctionName: call.FunctionName, Namespace: 'default', Status: 'Active', Tags: [], Triggers: [] }
        : { Error: { Code: 'ResourceNotFound.Function', Message: 'none yet' } };
    case 'CreateFunction':
      created = true;
      return {};
    case 'ListTriggers':
      return { Triggers: [], TotalCount: 0 };
    case 'CreateTrigger':
      return { TriggerInfo: { TriggerName: call.TriggerName, Type: call.Type, TriggerDesc: call.TriggerDesc } };
    default:
      return { TotalCount: 0 };
  }
}

Capi.prototype.request = async (call) => {
  calls.push(call);
  return { Response: answer(call) };
};
console.log = () => {};

async function main() {
  const inputs = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  const scf = new Scf({ SecretId: 'id', SecretKey: 'key', AppId: '1250000000' }, inputs.region);
  await scf.deploy({ ...inputs, code: { bucket: 'bucket', object: 'object' } });
  process.stdout.write(JSON.stringify(calls));
}

main();
