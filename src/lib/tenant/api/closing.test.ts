import { expect, test } from "vitest";
import { freshFolder } from "#support/folder.ts";
import { TestSurroundings } from "#support/tenant/tenant.ts";
import { openTenant } from "./index.ts";

test("closing a tenant stops jobs and waits for them, even if one fails", async () => {
  const surroundings = new TestSurroundings();
  const tenant = openTenant({ folder: freshFolder(), name: "試験", actor: "owner", acting: "owner", surroundings });
  const { startJob } = await tenant.partsFor(null, false, undefined);
  let ended = false;
  startJob(async () => {
    throw new Error("no room");
  });
  startJob(async (signal) => {
    await new Promise((resolve) => {
      signal.addEventListener("abort", resolve);
    });
    ended = true;
  });
  await tenant.close();
  expect(ended).toBe(true);
});
