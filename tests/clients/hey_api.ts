// Imports a key, a batch and a bad key with the client that @hey-api/openapi-ts makes of the contract.
import { readFileSync } from "node:fs";
import { client } from "./hey/client.gen.js";
import { importKeyPairs } from "./hey/sdk.gen.js";
import type { ImportKeyPairRequest } from "./hey/types.gen.js";

const { API_KEY, EXAMPLES, FUNCTION_URL } = process.env;
const publicKey = readFileSync(`${EXAMPLES}/alice.pub`, "ascii").trim();
// One token for whatever the contract asks for: it may go into `Authorization` alone.
client.setConfig({ auth: API_KEY, baseUrl: FUNCTION_URL });

const request: ImportKeyPairRequest = { keyName: "alice_laptop", publicKey, tags: { owner: "alice" } };
const bad: ImportKeyPairRequest = { keyName: "bob_laptop", publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5" };

const imported = await importKeyPairs({ body: request });
if (!imported.data || !("result" in imported.data)) throw new Error("no result");
console.log(imported.data.result, imported.data.keyName, JSON.stringify(imported.data.tags));

const many = await importKeyPairs({ body: [request, bad] });
if (!many.data || !("results" in many.data)) throw new Error("no results");
for (const { index, status, body } of many.data.results) {
  console.log(index, status, "code" in body ? body.code : body.result);
}

const refused = await importKeyPairs({ body: bad });
if (!refused.error) throw new Error("no problem");
console.log(refused.error.status, refused.error.code, refused.error.reason, refused.error.retryable);

// @ts-expect-error A misspelt member is no request, in an array neither.
await importKeyPairs({ body: [{ KEYNAME: 1 }] }).catch(() => undefined);
