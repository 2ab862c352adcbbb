// How many tokens of o200k_base the text on standard input has; with "each", each text of a JSON list.
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { readFileSync } from "node:fs";

const given = readFileSync(0, "utf-8");
const texts = process.argv[2] === "each" ? JSON.parse(given) : null;
console.log(texts ? JSON.stringify(texts.map((text) => encode(text).length)) : encode(given).length);
