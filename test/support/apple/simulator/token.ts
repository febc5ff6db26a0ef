/** Downloads a server token from a simulator: `node test/support/apple/simulator/token.ts URL PUBLIC-KEY FILE`. */
import { readFile, writeFile } from "node:fs/promises";
import { downloadToken } from "./download.ts";

const [url = "", key = "", file = ""] = process.argv.slice(2);
await writeFile(file, await downloadToken(url, await readFile(key, "utf8")));
