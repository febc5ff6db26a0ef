import { setTimeout as sleep } from "node:timers/promises";
import { SIGN_IN_LIMITS } from "../../../src/lib/model/credential.ts";
import { findAuditProblems } from "../content.ts";
import { SeededRandom } from "../random.ts";
import { ACCOUNT, PASSWORD, ServedHome } from "../served.ts";
import type { Trial, Workplace } from "../trial.ts";
import { createRounds, withHome } from "./served-rounds.ts";

const ADDRESSES = ["192.0.2.1", "192.0.2.2"];
const ACCOUNTS = [ACCOUNT, ...Array.from({ length: 11 }, (_, at) => `nobody${at}@example.jp`)];
const TRIES = 300;
const CLIENTS = 8;
const MAX_RUN_MS = 4000;

/** Tries to sign in from an address. @returns the status; undefined if there was no response */
const trySignIn = async (
  { url }: ServedHome,
  { account, password, address }: { readonly account: string; readonly password: string; readonly address: string },
): Promise<number | undefined> => {
  try {
    const headers = { "content-type": "application/json", "x-forwarded-for": address };
    const body = JSON.stringify({ account, password });
    const response = await fetch(`${url}/v1/sessions`, { method: "POST", headers, body });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
};

/** Guesses passwords, kills the server meanwhile, starts it again, and continues. */
const guessAndKill = (place: string, workplace: Workplace): Promise<readonly string[]> =>
  withHome(workplace, async (home) => {
    const random = new SeededRandom(`${workplace.seed} ${place}`);
    const start = (): Promise<ServedHome> => ServedHome.start(home, "--behind-proxy", "127.0.0.1");
    const left = Array.from({ length: TRIES }, (_, at) => ({
      // the administrator's account is locked early, so that the lock must survive
      account: at < CLIENTS ? ACCOUNT : (ACCOUNTS[random.below(ACCOUNTS.length)] ?? ACCOUNT),
      password: `Wrong1-${at}`,
      address: ADDRESSES[random.below(ADDRESSES.length)] ?? "",
    }));
    /** the subjects of all tries that were refused because of the password */
    const wrong: string[] = [];
    const others: string[] = [];
    let lockedCount = 0;
    const guess = (server: ServedHome): Promise<unknown> =>
      Promise.all(
        Array.from({ length: CLIENTS }, async () => {
          for (let next = left.shift(); next !== undefined; next = left.shift()) {
            const status = await trySignIn(server, next);
            if (status === undefined) return;
            if (status === 401) wrong.push(next.account, next.address);
            else if (status === 429) lockedCount += 1;
            else others.push(`${next.account}: ${status}`);
          }
        }),
      );
    const server = await start();
    const guessing = guess(server);
    await sleep(random.below(MAX_RUN_MS));
    await server.stop("SIGKILL");
    await guessing;
    const again = await start();
    try {
      await guess(again);
      const countOf = (subject: string): number => wrong.filter((one) => one === subject).length;
      const right = await trySignIn(again, { account: ACCOUNT, password: PASSWORD, address: "192.0.2.3" });
      const code = await again.stop();
      return [
        ...ACCOUNTS.filter((account) => countOf(account) > SIGN_IN_LIMITS.perAccount).map(
          (account) => `${countOf(account)} tries for ${account}`,
        ),
        ...ADDRESSES.filter((address) => countOf(address) > SIGN_IN_LIMITS.perAddress).map(
          (address) => `${countOf(address)} tries from ${address}`,
        ),
        ...others.map((told) => `neither 401 nor 429: ${told}`),
        ...(lockedCount > 0 ? [] : ["no try was refused because of the limits"]),
        ...(right === 429 ? [] : [`the right password for a locked account: ${right}`]),
        ...(code === 0 ? [] : [`the server ended with ${code}`]),
        ...findAuditProblems(home),
      ];
    } finally {
      again.running.process.kill("SIGKILL");
    }
  });

export const GUESSING_TRIALS: readonly Trial[] = [createRounds("wrong passwords", 20, guessAndKill)];
