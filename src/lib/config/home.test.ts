import { expect, test } from "vitest";
import { listProgramPaths, locateHome } from "./home.ts";

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

test("Linux uses the XDG folders, and ignores a relative one", () => {
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

test("macOS uses Application Support and Caches", () => {
  const home = locateHome({ ...linux, platform: "darwin", userFolder: "/Users/ann" });
  expect(home.settings).toBe("/Users/ann/Library/Application Support/clomoctl");
  expect(home.cache).toBe("/Users/ann/Library/Caches/clomoctl");
});

test("Windows uses Roaming for settings and Local for the rest", () => {
  const home = locateHome({
    platform: "win32",
    environment: { APPDATA: String.raw`D:\Roaming` },
    userFolder: String.raw`C:\Users\ann`,
    workingFolder: "C:\\",
  });
  expect(home.settings).toBe(String.raw`D:\Roaming\clomoctl`);
  expect(home.tenants).toBe(String.raw`C:\Users\ann\AppData\Local\clomoctl\tenants`);
});

const UNIX = ["/home/ann/.config/clomoctl", "/home/ann/.local/share/clomoctl", "/home/ann/.cache/clomoctl"];
const XDG = { XDG_CONFIG_HOME: "/c", XDG_DATA_HOME: "/d", XDG_CACHE_HOME: "/e" };
const MAC = ["Application Support", "Application Support", "Caches"].map(
  (name) => `/home/ann/Library/${name}/clomoctl`,
);

test.each([
  ["Linux, nothing said", "linux", {}, UNIX],
  ["Linux, all said", "linux", XDG, ["/c/clomoctl", "/d/clomoctl", "/e/clomoctl"]],
  ["another Unix, with Windows' variables", "freebsd", { APPDATA: "/a", LOCALAPPDATA: "/l" }, UNIX],
  ["macOS, with the variables of XDG", "darwin", XDG, MAC],
])("%s", (_, platform, environment, [settings, data, cache]) => {
  expect(locateHome({ ...linux, platform, environment })).toEqual({
    settings,
    data,
    cache,
    tenants: `${data}/tenants`,
    temporary: `${data}/tmp`,
  });
});

test.each([
  ["nothing said", {}, String.raw`C:\Users\ann\AppData\Roaming`, String.raw`C:\Users\ann\AppData\Local`],
  ["all said", { APPDATA: "D:\\R", LOCALAPPDATA: "E:\\L" }, "D:\\R", "E:\\L"],
])("Windows, %s", (_, environment, roaming, local) => {
  const place = { platform: "win32", environment, userFolder: String.raw`C:\Users\ann`, workingFolder: "C:\\" };
  expect(locateHome(place)).toEqual({
    settings: `${roaming}\\clomoctl`,
    data: `${local}\\clomoctl`,
    cache: `${local}\\clomoctl\\cache`,
    tenants: `${local}\\clomoctl\\tenants`,
    temporary: `${local}\\clomoctl\\tmp`,
  });
});

test("the program's own data is in certain folders and files, not in the whole home", () => {
  expect(listProgramPaths(locateHome({ ...linux, environment: { CLOMOCTL_HOME: "here" } }))).toEqual([
    "/place/here/contexts.json",
    "/place/here/settings.lock",
    "/place/here/notify.yaml",
    "/place/here/smtp-password",
    "/place/here/tenants",
    "/place/here/cache",
    "/place/here/tmp",
    "/place/here/sealing.key",
    "/place/here/credentials",
    "/place/here/runs",
  ]);
});
