// Renders the inputs of several serverless.yml, a JSON list on standard input, into the calls by which Tencent
// Cloud's own component would deploy each, and prints those. Every request is answered here: nothing is sent.
// With an argument, the function is there already, so it is updated.
const { Capi } = require('@tencent-sdk/capi');
const { Scf } = require('tencent-component-toolkit');

const there = process.argv.length > 2;
let calls;
let created;

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

async function render(inputs) {
  calls = [];
  created = there;
  const scf = new Scf({ SecretId: 'id', SecretKey: 'key', AppId: '1250000000' }, inputs.region);
  const code = inputs.src.bucket ? inputs.src : { bucket: 'bucket', object: 'object' };
  await scf.deploy({ ...inputs, code });
  return calls;
}

async function main() {
  const rendered = [];
  for (const inputs of JSON.parse(require('fs').readFileSync(0, 'utf8'))) rendered.push(await render(inputs));
  process.stdout.write(JSON.stringify(rendered));
}

main();
