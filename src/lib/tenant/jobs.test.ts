import { getHeapSpaceStatistics } from "node:v8";
import { expect, onTestFinished, test } from "vitest";
import { Jobs, YoungHeap } from "./jobs.ts";

test("a job runs until it ends, and its error is kept", async () => {
  const jobs = new Jobs();
  const { promise, reject } = Promise.withResolvers<void>();
  jobs.start("1", () => promise);
  expect([jobs.has("1"), jobs.errorOf("1")]).toEqual([true, undefined]);
  reject(new Error("no room"));
  await expect.poll(() => jobs.has("1")).toBe(false);
  expect(jobs.errorOf("1")?.message).toBe("no room");
  await jobs.close();
});

test("closing stops running jobs and waits for them", async () => {
  const jobs = new Jobs();
  let ended = false;
  jobs.start("1", async (signal) => {
    await new Promise((resolve) => {
      signal.addEventListener("abort", resolve);
    });
    ended = true;
  });
  await jobs.close();
  expect(ended).toBe(true);
});

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;

/** Makes garbage of which some lives for a while, so that the young generation would grow. */
function churn(): void {
  const alive: unknown[][] = [];
  for (let round = 0; round < 3000; round += 1) {
    alive.push(Array.from({ length: 500 }, (_, at) => ({ at, round })));
    if (alive.length > 40) alive.splice(0, 20);
  }
}

test("the young generation does not grow while it is held", () => {
  const young = new YoungHeap();
  onTestFinished(() => young.release());
  for (let round = 0; round < 100 && youngBytes() < 8 * 1024 * 1024; round += 1) churn();
  young.hold();
  const held = youngBytes();
  for (let round = 0; round < 5; round += 1) churn();
  expect(youngBytes()).toBeLessThanOrEqual(held);
});
