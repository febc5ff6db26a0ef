import { expect, test } from "vitest";
import { runAlternately } from "./alternate.ts";
import type { ProcessRun } from "./process.ts";

const rivals = (): { order: string[]; run: (name: string) => () => Promise<ProcessRun> } => {
  const order: string[] = [];
  const run = (name: string) => async (): Promise<ProcessRun> => {
    order.push(name);
    return { seconds: order.length, cpuSeconds: 0, peakBytes: undefined, stdout: "" };
  };
  return { order, run };
};

test("ours and the peer take turns", async () => {
  const { order, run } = rivals();
  const { ours, peer } = await runAlternately({ ours: run("A"), peer: run("B") }, 3);
  expect(order.join("")).toBe("ABABAB");
  expect(ours.map(({ seconds }) => seconds)).toEqual([1, 3, 5]);
  expect(peer.map(({ seconds }) => seconds)).toEqual([2, 4, 6]);
});

test("without a peer ours runs alone", async () => {
  const { order, run } = rivals();
  expect((await runAlternately({ ours: run("A"), peer: undefined }, 2)).peer).toEqual([]);
  expect(order.join("")).toBe("AA");
});
