import { expect, test } from "vitest";
import { Jobs } from "./jobs.ts";

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
