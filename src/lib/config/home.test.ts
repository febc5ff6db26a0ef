import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ensureFolder, locateHome } from "./home.ts";

const linux = { platform: "linux", environment: {}, userFolder: "/home/ann", workingFolder: "/place" };

test("CLOMOCTL_HOME holds everything", () => {
  expect(locateHome({ ...linux, environment: { CLOMOCTL_HOME: "here", XDG_CONFIG_HOME: "/x" } })).toEqual({
    settings: "/place/here",
    data: "/place/here",
    tenants: "/place/here/tenants",
    cache: "/place/here/cache",
    temporary: "/place/here/tmp",
    userId: undefined,
  });
});

test("Linux has the XDG folders, and ignores a relative one", () => {
  const environment = { CLOMOCTL_HOME: "", XDG_CONFIG_HOME: "/etc/ann", XDG_CACHE_HOME: "relative" };
  expect(locateHome({ ...linux, environment })).toEqual({
    settings: "/etc/ann/clomoctl",
    data: "/home/ann/.local/share/clomoctl",
    tenants: "/home/ann/.local/share/clomoctl/tenants",
    cache: "/home/ann/.cache/clomoctl",
    temporary: "/home/ann/.local/share/clomoctl/tmp",
    userId: undefined,
  });
});

test("macOS has Application Support and Caches", () => {
  const home = locateHome({ ...linux, platform: "darwin", userFolder: "/Users/ann" });
  expect(home.settings).toBe("/Users/ann/Library/Application Support/clomoctl");
  expect(home.cache).toBe("/Users/ann/Library/Caches/clomoctl");
});

test("Windows has Roaming for settings and Local for the rest", () => {
  const home = locateHome({
    platform: "win32",
    environment: { APPDATA: String.raw`D:\Roaming` },
    userFolder: String.raw`C:\Users\ann`,
    workingFolder: "C:\\",
  });
  expect(home.settings).toBe(String.raw`D:\Roaming\clomoctl`);
  expect(home.tenants).toBe(String.raw`C:\Users\ann\AppData\Local\clomoctl\tenants`);
});

test("folders are made for their owner only; what cannot be made is told", async () => {
  const root = await mkdtemp(join(tmpdir(), "home-"));
  const folder = join(root, "a", "b");
  await ensureFolder(folder);
  await ensureFolder(folder);
  expect((await stat(folder)).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o700);
  await writeFile(join(root, "file"), "");
  await expect(ensureFolder(join(root, "file", "x"))).rejects.toMatchObject({ code: "unexpected" });
  await rm(root, { recursive: true });
});
