import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { Contexts, type Home } from "../../lib/config/index.ts";
import { readFileStatus } from "../../lib/files/look.ts";
import { freshFolder } from "#support/commands/program.ts";
import type { Tools } from "../tools.ts";
import type { Finding } from "./finding.ts";
import { checkHome, type DiskInspector } from "./home.ts";

const DISK: DiskInspector = {
  look: readFileStatus,
  keepsOwners: () => true,
};

let home: Home;
beforeEach(() => {
  const data = join(freshFolder(), "home");
  mkdirSync(join(data, "tenants", "local"), { recursive: true, mode: 0o700 });
  chmodSync(data, 0o700);
  home = {
    data,
    settings: data,
    cache: join(data, "cache"),
    tenants: join(data, "tenants"),
    temporary: join(data, "tmp"),
    userId: userInfo().uid,
  };
});

/** What is not right, by check. */
async function wrong(disk: Partial<DiskInspector> = {}, change: Partial<Home> = {}): Promise<readonly Finding[]> {
  const tools = {
    home: { ...home, ...change },
    contexts: new Contexts(home),
    signal: new AbortController().signal,
  } as unknown as Tools;
  return (await checkHome(tools, { ...DISK, ...disk })).filter(({ state }) => state !== "ok");
}

test("a home of one's own is ok, and so is a home that does not exist yet", async () => {
  expect(await wrong()).toEqual([]);
  rmSync(home.data, { recursive: true });
  expect(await wrong()).toEqual([]);
});

test("a file instead of the home, and another user's home, are problems", async () => {
  const file = join(home.data, "file");
  writeFileSync(file, "");
  expect(await wrong({}, { data: file })).toMatchObject([{ check: "home", state: "problem" }]);
  const look: DiskInspector["look"] = async (path) => {
    const found = await readFileStatus(path);
    return found && { ...found, ownerId: 4711 };
  };
  const [first] = await wrong({ look }, { userId: 4712 });
  expect(first).toMatchObject({
    check: "home",
    state: "problem",
    mend: { en: expect.stringMatching(/CLOMOCTL_HOME.*: chown -R 4712 /) },
  });
  expect(first?.what.ja).toContain("自分の ID: 4712");
  expect(await wrong({ look, keepsOwners: () => false }, { userId: 4712 })).toEqual([]);
  // root may use everybody's
  expect(await wrong({ look }, { userId: 0 })).toEqual([]);
});

test("a home that cannot be written to is a warning, because reading works", async () => {
  // root may write everything
  const look: DiskInspector["look"] = async (path) => {
    const found = await readFileStatus(path);
    return found && { ...found, isWritable: false };
  };
  expect(await wrong({ look })).toMatchObject([
    { check: "home", state: "warning", what: { ja: `${home.data} に書き込めません(参照だけできます)` } },
  ]);
});

describe("permissions", () => {
  test("a path that others can write to is a problem, with the command that fixes it", async () => {
    chmodSync(home.data, 0o722);
    expect(await wrong()).toEqual([
      {
        check: "permissions",
        state: "problem",
        what: { en: `other users can write to ${home.data}`, ja: `${home.data} にほかのユーザーが書き込めます` },
        mend: { en: `chmod go-w ${home.data}`, ja: `chmod go-w ${home.data}` },
      },
    ]);
  });

  test("a path that others can reach and read is a warning", async () => {
    chmodSync(home.tenants, 0o755);
    chmodSync(join(home.tenants, "local"), 0o750);
    expect(await wrong()).toEqual([]);
    chmodSync(home.data, 0o755);
    expect(await wrong()).toMatchObject([
      { state: "warning", mend: { en: `chmod 700 ${home.tenants}` } },
      { state: "warning", mend: { en: `chmod 700 ${join(home.tenants, "local")}` } },
    ]);
    chmodSync(home.tenants, 0o700);
    expect(await wrong()).toEqual([]);
  });

  test("are not checked if files do not have permissions", async () => {
    chmodSync(home.data, 0o777);
    expect(await wrong({}, { userId: undefined })).toEqual([]);
  });
});
