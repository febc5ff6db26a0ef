import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findAccessFault, findHomeFault, createUnsafeHomeFailure, locateHome, type Home } from "./home.ts";
import { freshFolder } from "#support/folder.ts";

const ROOT = 0;
const USER = 1000;
const OTHER = 4711;

test.each([
  ["the user's own", { ownerId: USER, mode: 0o700 }, USER, undefined],
  ["the user's own that others can read", { ownerId: USER, mode: 0o755 }, USER, undefined],
  ["the user's own that everybody can write", { ownerId: USER, mode: 0o777 }, USER, "chmod go-w '/a b'"],
  ["the user's own that a group can write", { ownerId: USER, mode: 0o770 }, USER, "chmod go-w '/a b'"],
  ["root's", { ownerId: ROOT, mode: 0o755 }, USER, undefined],
  ["root's that everybody can write", { ownerId: ROOT, mode: 0o1777 }, USER, "chmod go-w '/a b'"],
  ["another user's", { ownerId: OTHER, mode: 0o700 }, USER, "sudo chown -R 1000 '/a b'"],
  ["another user's that everybody can write", { ownerId: OTHER, mode: 0o777 }, USER, "sudo chown -R 1000 '/a b'"],
  ["another user's, for root", { ownerId: OTHER, mode: 0o700 }, ROOT, undefined],
  ["another user's that a group can write, for root", { ownerId: OTHER, mode: 0o720 }, ROOT, "chmod go-w '/a b'"],
  ["where files have no owners", { ownerId: 0, mode: 0o777 }, undefined, undefined],
])("checks a folder that is %s", (_, look, userId, mend) => {
  expect(findAccessFault("/a b", look, userId)?.mend).toBe(mend);
});

function homeIn(userId: number | undefined = userInfo().uid): Home {
  const root = freshFolder();
  const home = locateHome({ environment: {}, userFolder: root, workingFolder: root, userId });
  for (const folder of [home.folder, home.tenants]) mkdirSync(folder, { mode: 0o700 });
  return { ...home, userId };
}

const posix = process.platform !== "win32";

test.runIf(posix).each(["folder", "tenants"] as const)("checks the home's %s", (name) => {
  const home = homeIn();
  expect(findHomeFault(home)).toBeUndefined();
  chmodSync(home[name], 0o777);
  expect(findHomeFault(home)).toMatchObject({ mend: `chmod go-w ${home[name]}` });
  expect(findHomeFault({ ...home, userId: undefined })).toBeUndefined();
});

test.runIf(posix)("checks the folder of each tenant, but no file next to them", () => {
  const home = homeIn();
  const [kanto, osaka] = ["kanto", "osaka"].map((name) => join(home.tenants, name)) as [string, string];
  for (const folder of [kanto, osaka]) mkdirSync(folder, { mode: 0o755 });
  const file = join(home.tenants, "file");
  writeFileSync(file, "");
  chmodSync(file, 0o666);
  expect(findHomeFault(home)).toBeUndefined();
  chmodSync(osaka, 0o777);
  expect(findHomeFault(home)).toMatchObject({ mend: `chmod go-w ${osaka}` });
});

test("a missing home has no fault", () => {
  const home = homeIn();
  rmSync(home.folder, { recursive: true });
  expect(findHomeFault(home)).toBeUndefined();
});

test("a refused change shows what to type, in both languages", () => {
  const mode = 0o755;
  const fault = findAccessFault("/srv/home", { ownerId: OTHER, mode }, USER);
  const failure = fault && createUnsafeHomeFailure(fault);
  expect(failure).toMatchObject({
    code: "not-permitted",
    what: { en: "/srv/home belongs to another user (user ID 4711; yours is 1000); nothing was changed" },
    hint: {
      en: "run: sudo chown -R 1000 /srv/home; or set CLOMOCTL_HOME to a folder of your own",
    },
  });
});
