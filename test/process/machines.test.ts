import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeWithPostgres } from "#support/postgres/server.ts";
import { tryMachines } from "../torture/machines.ts";

describeWithPostgres("three servers of a store that fails over", () => {
  test("keep every acknowledged write once, in its tenant, with kills, stops, crashes and a killed import", async () => {
    const folder = mkdtempSync(join(tmpdir(), "clomoctl-machines-"));
    const faults = { kill: 5, stop: 1, crash: 1, failover: 1, import: 1 };
    expect(await tryMachines(folder, "tests", faults)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
