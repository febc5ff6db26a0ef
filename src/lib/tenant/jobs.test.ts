import { expect, test } from "vitest";
import { Jobs } from "./jobs.ts";

test("closing stops running jobs and waits for them, even if one fails", async () => {
  const jobs = new Jobs();
  let ended = false;
  jobs.start(async () => {
    throw new Error("no room");
  });
  jobs.start(async (signal) => {
    await new Promise((resolve) => {
      signal.addEventListener("abort", resolve);
    });
    ended = true;
  });
  await jobs.close();
  expect(ended).toBe(true);
});
