import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { downloadToken } from "#support/apple/simulator/download.ts";
import { startSimulator } from "#support/process/simulator.ts";
import type { Story } from "./story.ts";

/** A stand-in for Apple's device service, and what a person does at Apple Business. */
export interface AppleDouble {
  readonly url: string;
  /** Buys devices and assigns them to the tenant. Of silent ones, no delta tells. */
  buy(serials: readonly string[], how?: "silent"): Promise<void>;
  /** Takes devices away from the tenant. */
  takeAway(serials: readonly string[], how?: "silent"): Promise<void>;
  /** Gives devices back to the tenant. */
  giveBack(serials: readonly string[]): Promise<void>;
  /** Makes the service fail; the words say how: a name, and options such as `--after 2`. */
  fail(...fault: readonly string[]): Promise<void>;
  /** Ends all failures. */
  recover(): Promise<void>;
  /** Downloads a token for a public key in the story's folder, to a file there. */
  downloadToken(publicKey: string, file: string): Promise<void>;
}

/** Returns a fault from its name and options. */
function parseFault(words: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      after: { type: "string" },
      count: { type: "string" },
      serial: { type: "string" },
      always: { type: "boolean" },
    },
  });
  const { after, count, serial } = values;
  return {
    fault: positionals[0],
    ...(after !== undefined && { after: Number(after) }),
    ...(count !== undefined && { count: Number(count) }),
    ...(serial !== undefined && { serial }),
  };
}

/** Starts a stand-in for Apple's services without devices. It ends with the test. */
export async function startApple(story: Story): Promise<AppleDouble> {
  const url = await startSimulator("--devices", "0");
  // the file that a proposed command names is there before the first token is downloaded
  await story.write("token.p7m", "");
  const act = async (method: "POST" | "DELETE", path: string, asked: object = {}): Promise<void> => {
    const answer = await fetch(`${url}/_simulator${path}`, { method, body: JSON.stringify(asked) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
  const silence = (how: "silent" | undefined) => (how === undefined ? {} : { silent: true });
  return {
    url,
    buy: (serials, how) => act("POST", "/devices", { serials, ...silence(how) }),
    takeAway: (serials, how) => act("POST", "/devices/release", { serials, ...silence(how) }),
    giveBack: (serials) => act("POST", "/devices/assign", { serials }),
    fail: (...fault) => act("POST", "/faults", parseFault(fault)),
    recover: () => act("DELETE", "/faults"),
    downloadToken: async (publicKey, file) => {
      await writeFile(story.path(file), await downloadToken(url, await readFile(story.path(publicKey), "utf8")));
    },
  };
}
