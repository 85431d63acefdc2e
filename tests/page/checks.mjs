// Reads a JSON list of texts, writes a JSON list of what the page's own checks say to each.
import { readFileSync } from "node:fs";

const [source] = process.argv.slice(2);
const judge = new Function(`"use strict";\n${readFileSync(source, "utf8")}\nreturn judge;`)();
const texts = JSON.parse(readFileSync(0, "utf8"));
const verdicts = texts.map((text) => {
  const { kind, why = "", field = "", bits = 0, joined = "" } = judge(text);
  return { kind, why, field, bits, joined };
});
process.stdout.write(JSON.stringify(verdicts));
