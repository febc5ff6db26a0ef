import { fileURLToPath } from "node:url";
import type { Mdm } from "#support/apple/simulator/mdm.ts";
import type { Bench } from "./bench.ts";
import { THIS_CHECKOUT } from "./checkout.ts";
import type { ProcessRun } from "./process.ts";
import { PAGE_DEVICES } from "./serving.ts";

/**
 * Common beginning of both peer scripts. `ask` sends a body with the current session, replaces the session if the
 * response contains a new one, and returns the response text.
 */
const REQUEST_SCRIPT = `
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

/**
 * Fetches all pages and discards them. Reads from each page only the cursor and whether more pages follow. Prints the
 * number of pages.
 */
const FETCH_PAGES_SCRIPT = `${REQUEST_SCRIPT}
  (async () => {
    let [cursor, pages] = [undefined, 0];
    for (let more = true; more; pages += 1) {
      const text = await ask("/server/devices", JSON.stringify({ cursor, limit: ${PAGE_DEVICES} }));
      cursor = /^\\{"cursor":"([^"]+)"/.exec(text)[1];
      more = text.slice(-200).includes('"more_to_follow":true');
    }
    await end(pages);
  })();`;

/** Sends each line of a file as a request body, one after another. */
const SEND_ASSIGNMENTS_SCRIPT = `${REQUEST_SCRIPT}
  (async () => {
    for (const body of require("node:fs").readFileSync(file, "utf8").trimEnd().split("\\n")) {
      await ask("/profile/devices", body);
    }
    await end("done");
  })();`;

/** Returns the path of the undici that the program uses. */
const findUndici = (): string => fileURLToPath(import.meta.resolve("undici"));

/**
 * Runs a script that sends bare requests in a session of an MDM server. Like every peer, it runs as a separate process.
 */
async function runRequestScript(
  bench: Bench,
  mdm: Mdm,
  script: string,
  ...args: readonly string[]
): Promise<ProcessRun> {
  const { session } = await mdm.signIn();
  const node = await bench.emptyTenant(THIS_CHECKOUT);
  return node.node("-e", script, findUndici(), mdm.base, session, ...args);
}

/**
 * Fetches every page of devices and discards it.
 *
 * @throws if the number of pages is not `pages`
 */
export async function fetchAndDrop(bench: Bench, mdm: Mdm, pages: number): Promise<ProcessRun> {
  const ran = await runRequestScript(bench, mdm, FETCH_PAGES_SCRIPT);
  if (Number(ran.stdout) !== pages) throw new Error(`${ran.stdout.trim()} pages where ${pages} are expected`);
  return ran;
}

/** Sends `POST /profile/devices` once for each line of a file, with the line as the body. */
export const sendAssignments = (bench: Bench, mdm: Mdm, file: string): Promise<ProcessRun> =>
  runRequestScript(bench, mdm, SEND_ASSIGNMENTS_SCRIPT, file);
