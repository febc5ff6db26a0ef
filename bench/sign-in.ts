import { SignInDesk } from "#support/tenant/sign-in.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import type { Benchmark } from "./works.ts";
import { getMedian } from "./statistics.ts";

/** How often each failure is measured. */
const TRIES = 1000;

/** How far the clock of the tenant goes on after each round, so that no limit is reached. */
const ROUND_MS = 15 * 60_000;

const WARM_UP_ROUNDS = 20;

/** The reasons for which signing in fails: what is sent. */
const FAILURES: Readonly<Record<string, Parameters<SignInDesk["signIn"]>>> = {
  "unknown account": ["nobody", {}],
  "wrong password": ["hana", { password: "Wrong42Wrong" }],
  "no role": ["gone", {}],
  "no password": ["unset", {}],
  "wrong code": ["app", { code: "000000" }],
};

/** Prepares the accounts of {@link FAILURES}. */
const addAccounts = async (desk: SignInDesk): Promise<void> => {
  await desk.add("hana");
  await desk.add("app");
  await desk.enableTotp(await desk.secretOf("app"));
  const gone = await desk.add("gone");
  await desk.tenant.client.accounts.revoke(gone, {});
  await addTestAccount(desk.tenant, { name: "unset", role: "system" });
};

/** Returns all orders of the values. */
const permute = (values: readonly number[]): readonly (readonly number[])[] =>
  values.length === 0
    ? [[]]
    : values.flatMap((first) => permute(values.filter((value) => value !== first)).map((rest) => [first, ...rest]));

/**
 * Measures each failure many times, in changing order, in a tenant whose clock is passed in.
 *
 * @returns the median of each failure in seconds, in the order of {@link FAILURES}
 */
export async function measureFailures(tries: number): Promise<readonly number[]> {
  await using tenant = new TestTenant();
  const desk = new SignInDesk(tenant);
  await addAccounts(desk);
  const failures = Object.values(FAILURES);
  const orders = permute([...failures.keys()]);
  const seconds = failures.map((): number[] => []);
  for (let round = -WARM_UP_ROUNDS; round < tries; round += 1) {
    // in all orders in turn, so that each failure comes equally often after each other one
    const order = orders[(round + WARM_UP_ROUNDS) % orders.length] ?? [];
    for (const at of order) {
      const attempt = failures[at];
      if (attempt === undefined) throw new RangeError(`there is no failure ${at}`);
      const started = process.hrtime.bigint();
      const { status } = await desk.signIn(...attempt);
      const spent = Number(process.hrtime.bigint() - started) / 1e9;
      if (status !== 401) throw new Error(`${Object.keys(FAILURES)[at]}: ${status}`);
      if (round >= 0) seconds[at]?.push(spent);
    }
    tenant.surroundings.time += ROUND_MS;
  }
  return seconds.map(getMedian);
}

/** Compares the slowest failure with the fastest one: the time must not reveal the reason. */
export const SIGN_IN_BENCHMARK: Benchmark = {
  name: "failed sign-ins, slowest : fastest",
  kind: "long",
  target: { must: 1.02 },
  needs: [],
  ours: async () => async () => ({
    seconds: Math.max(...(await measureFailures(TRIES))),
    peakBytes: undefined,
    stdout: "",
  }),
  measure: async () => {
    const medians = await measureFailures(TRIES);
    const [slowest, fastest] = [Math.max(...medians), Math.min(...medians)];
    const each = Object.keys(FAILURES).map((name, at) => `${name} ${((medians[at] ?? 0) * 1000).toFixed(2)} ms`);
    return {
      figures: { seconds: slowest, peerSeconds: fastest, ratio: slowest / fastest, rssMb: undefined },
      note: `medians of ${TRIES} each: ${each.join(", ")}`,
    };
  },
};
