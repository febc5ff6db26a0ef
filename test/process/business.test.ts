import { expect, test } from "vitest";
import { downloadBusinessKey } from "#support/apple/business/account.ts";
import { freshHome, run } from "#support/process/program.ts";
import { startSimulator } from "#support/process/simulator.ts";
import { openDatabase } from "#support/process/tenant-state.ts";
import { notePeaks } from "#support/process/peak-memory.ts";

/** Fetches an organisation twice into a mirror. @returns the peak of memory in MiB */
async function fetchOrganisation(devices: number): Promise<number> {
  const home = await freshHome();
  const url = await startSimulator("--devices", "0", "--organisation", String(devices));
  const setKey = await downloadBusinessKey(url, home);
  expect(await run(setKey, { home, cwd: home })).toMatchObject({ code: 0 });
  const database = openDatabase(home);
  database.exec("update tenant set mirroredAt = '2026-01-01T00:00:00.000Z'");
  database.close();
  const { env, readPeakMiB } = notePeaks(home);
  for (const created of [devices, 0]) {
    const { code, text } = await run(["ade", "sync", "--format", "json"], { home, env });
    expect({ code, ...(JSON.parse(text) as object) }).toMatchObject({ code: 0, kind: "business", devices, created });
  }
  const { text: listed } = await run(["ade", "devices", "list", "--not-in-clomo", "--format", "ndjson"], { home });
  expect(listed.trim().split("\n")).toHaveLength(devices);
  return readPeakMiB();
}

const FEW = 5000;
const MANY = 50_000;
const MAX_RATIO = 1.5;

test("an organisation of 50,000 devices is fetched in flat memory", async () => {
  const few = await fetchOrganisation(FEW);
  const many = await fetchOrganisation(MANY);
  expect(many / few).toBeLessThan(MAX_RATIO);
}, 180_000);
