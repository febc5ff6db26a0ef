import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { checkIdentity } from "../../src/lib/tenant/ledger/tenant-file.ts";
import { toStorageFailure } from "../../src/lib/tenant/store/storage-failure.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

/** Opens a file as its only user, who may delete its log, in another program. Returns what that program says. */
const openAlone = (path: string): string => {
  const program = `
    const { DatabaseSync } = require("node:sqlite");
    new DatabaseSync(process.argv[1]).exec("pragma locking_mode = exclusive; select count(*) from org");`;
  return spawnSync(process.execPath, ["-e", program, path]).stderr.toString();
};

const DAMAGE = Object.assign(new Error("database disk image is malformed"), { errcode: 11 });

test.each([
  ["checked again", (path: string) => void checkIdentity(path)],
  ["searched for damage", (path: string) => void toStorageFailure(DAMAGE, path)],
])("after the file was %s, another program cannot delete the log that this process writes", async (_, look) => {
  await using tenant = new TestTenant();
  look(tenant.path);
  expect(openAlone(tenant.path)).toContain("database is locked");
});
