import { fileURLToPath } from "node:url";
import type { Mdm } from "#support/apple/simulator/mdm.ts";
import type { Bench } from "./bench.ts";
import { THIS } from "./checkout.ts";
import type { Ran } from "./process.ts";
import { A_PAGE } from "./serving.ts";

/** What both peers begin with: `ask` sends a body with the session, which an answer may replace, and gives the text. */
const ASK = `
  const [, undici, base, first, file] = process.argv;
  const { Agent, request } = require(undici);
  const dispatcher = new Agent();
  let session = first;
  const ask = async (path, body) => {
    const headers = {
      "user-agent": "bench/1",
      "content-type": "application/json;charset=UTF8",
      "x-adm-auth-session": session,
      "x-server-protocol-version": "10",
    };
    const answer = await request(base + path, { dispatcher, method: "POST", headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(answer.statusCode + " " + text.slice(0, 100));
    session = answer.headers["x-adm-auth-session"] ?? session;
    return text;
  };
  const end = (said) => {
    console.log(said);
    return dispatcher.close();
  };`;

/** Fetches all pages and drops them; of each is read where it goes on, and whether. Prints how many there were. */
const PAGES = `${ASK}
  (async () => {
    let [cursor, pages] = [undefined, 0];
    for (let more = true; more; pages += 1) {
      const text = await ask("/server/devices", JSON.stringify({ cursor, limit: ${A_PAGE} }));
      cursor = /^\\{"cursor":"([^"]+)"/.exec(text)[1];
      more = text.slice(-200).includes('"more_to_follow":true');
    }
    await end(pages);
  })();`;

/** Sends the lines of a file, one after another. */
const ASSIGNMENTS = `${ASK}
  (async () => {
    for (const body of require("node:fs").readFileSync(file, "utf8").trimEnd().split("\\n")) {
      await ask("/profile/devices", body);
    }
    await end("done");
  })();`;

/** The program's own undici. */
const undici = (): string => fileURLToPath(import.meta.resolve("undici"));

/** What sends bare requests in the session of an MDM server, as a whole process of Node, like every peer. */
async function bare(bench: Bench, mdm: Mdm, script: string, ...args: readonly string[]): Promise<Ran> {
  const { session } = await mdm.signIn();
  const node = await bench.emptyTenant(THIS);
  return node.node("-e", script, undici(), mdm.base, session, ...args);
}

/** Fetches every page of devices, and drops it. @throws when there are not so many */
export async function fetchAndDrop(bench: Bench, mdm: Mdm, pages: number): Promise<Ran> {
  const ran = await bare(bench, mdm, PAGES);
  if (Number(ran.stdout) !== pages) throw new Error(`${ran.stdout.trim()} pages where ${pages} are expected`);
  return ran;
}

/** Sends `POST /profile/devices` with each line of a file as its body. */
export const sendAssignments = (bench: Bench, mdm: Mdm, file: string): Promise<Ran> =>
  bare(bench, mdm, ASSIGNMENTS, file);
