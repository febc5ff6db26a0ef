import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { expect, onTestFinished, test } from "vitest";
import { limitYoungHeap } from "./young-heap.ts";

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

test("the young generation does not grow beyond its limit", () => {
  onTestFinished(() => setFlagsFromString("--semi-space-growth-factor=2"));
  for (let round = 0; round < 100 && youngBytes() < 8 * 1024 * 1024; round += 1) churn();
  limitYoungHeap();
  const held = youngBytes();
  for (let round = 0; round < 5; round += 1) churn();
  expect(youngBytes()).toBeLessThanOrEqual(held);
});
