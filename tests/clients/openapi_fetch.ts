// Imports a key, a batch and a bad key with openapi-fetch, by the types that openapi-typescript makes.
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./contract.js";

type Request = components["schemas"]["ImportKeyPairRequest"];

const { API_KEY, EXAMPLES, FUNCTION_URL } = process.env;
const publicKey = readFileSync(`${EXAMPLES}/alice.pub`, "ascii").trim();
const client = createClient<paths>({
  baseUrl: FUNCTION_URL,
  headers: { Authorization: `Bearer ${API_KEY}` },
});

const request: Request = { keyName: "alice_laptop", publicKey, tags: { owner: "alice" } };
const bad: Request = { keyName: "bob_laptop", publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" };

const imported = await client.POST("/key-pairs", { body: request });
if (!imported.data || !("result" in imported.data)) throw new Error("no result");
console.log(imported.data.result, imported.data.keyName, JSON.stringify(imported.data.tags));

const many = await client.POST("/key-pairs", { body: [request, bad] });
if (!many.data || !("results" in many.data)) throw new Error("no results");
for (const { index, status, body } of many.data.results) {
  console.log(index, status, "code" in body ? body.code : body.result);
}

const refused = await client.POST("/key-pairs", { body: bad });
if (!refused.error) throw new Error("no problem");
console.log(refused.error.status, refused.error.code, refused.error.reason, refused.error.retryable);

// @ts-expect-error A misspelt member is no request, in an array neither.
export const misspelt: Parameters<typeof client.POST<"/key-pairs", object>>[1] = { body: [{ KEYNAME: 1 }] };
