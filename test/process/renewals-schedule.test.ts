import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { freshHome, run, type Outcome } from "#support/cli/home.ts";

/** Keeps the crontab in a file, as cron does: `-l`, `-` and `-r`. */
const CRONTAB = `
case "$1" in
  -l) cat "$FAKE_CRONTAB" 2>/dev/null || { echo "no crontab for k" >&2; exit 1; } ;;
  -r) rm "$FAKE_CRONTAB" ;;
  *) cat > "$FAKE_CRONTAB" ;;
esac
`;

/** Writes down what it was asked. */
const SYSTEMCTL = `
echo "$*" >> "$FAKE_SYSTEMCTL"
case "$*" in *is-active*) echo active ;; esac
`;

let home = "";
let crontab = "";
let env: Record<string, string> = {};

beforeEach(async () => {
  home = freshHome();
  const programs = join(home, "programs");
  crontab = join(home, "crontab");
  await mkdir(programs);
  for (const [name, source] of [
    ["crontab", CRONTAB],
    ["systemctl", SYSTEMCTL],
  ] as const) {
    await writeFile(join(programs, name), `#!/bin/sh${source}`);
    await chmod(join(programs, name), 0o755);
  }
  env = {
    PATH: `${programs}:${process.env["PATH"] ?? ""}`,
    XDG_CONFIG_HOME: join(home, "config"),
    FAKE_CRONTAB: crontab,
    FAKE_SYSTEMCTL: join(home, "systemctl.log"),
  };
});

const schedule = (...words: string[]): Promise<Outcome> => run(["renewals", "schedule", ...words], { home, env });

const shown = async (way: string): Promise<unknown> =>
  (JSON.parse((await schedule("show", "--format", "json")).text) as { way: string }[]).find((one) => one.way === way);

describe("cron", () => {
  test.each([
    ["there is none", undefined],
    ["it is empty", ""],
    ["it has lines", "MAILTO=k@example.jp\n# 管理\n5 4 * * * true\n"],
    ["its last line has no end", "5 4 * * * true"],
    ["its lines end in CRLF", "5 4 * * * true\r\n6 4 * * * true\r\n"],
    ["it holds bytes that are no UTF-8", Buffer.from([0x23, 0xff, 0xfe, 0x0a])],
  ])("if %s, the crontab is the same after install and remove", async (_, before) => {
    if (before !== undefined) await writeFile(crontab, before);
    const installed = await schedule("install", "--cron");
    expect(installed.code, installed.stderr).toBe(0);
    const once = await readFile(crontab);
    expect(once.subarray(0, Buffer.byteLength(before ?? ""))).toEqual(Buffer.from(before ?? ""));
    expect(await shown("cron")).toMatchObject({ installed: true, at: "00:00" });
    await schedule("install", "--cron");
    expect(await readFile(crontab)).toEqual(once);
    expect((await schedule("remove", "--cron")).code).toBe(0);
    const left = existsSync(crontab) ? await readFile(crontab) : Buffer.alloc(0);
    expect(left).toEqual(Buffer.from(before ?? ""));
    expect(await readdir(join(home, "schedule"))).toEqual([]);
  });

  test("the time is converted to cron's clock with a note, and broken marks are rejected", async () => {
    const { stderr } = await schedule("install", "--cron", "--at", "08:30");
    expect(stderr).toContain("08:30 in Asia/Tokyo is currently 23:30 in UTC");
    const line = (await readFile(crontab, "utf8")).split("\n").find((one) => one.startsWith("30 23 * * * /bin/sh '"));
    expect(line).toBeDefined();
    await writeFile(crontab, "# >>> clomoctl renewals >>>\nx\n");
    expect((await schedule("install", "--cron")).code).toBe(3);
    expect(await readFile(crontab, "utf8")).toBe("# >>> clomoctl renewals >>>\nx\n");
  });

  test("the command started by cron finds the program, the home and the language automatically", async () => {
    await run(["renewals", "add", "契約", "--kind", "custom", "--expires", "2020-01-01"], { home });
    const { stderr } = await schedule("install", "--cron", "--lang", "ja");
    expect(stderr).toContain("通知先がまだ設定されていません");
    const [, launcher = ""] = /\/bin\/sh '(.+)'/.exec(await readFile(crontab, "utf8")) ?? [];
    const ran = spawnSync("/bin/sh", [launcher], { env: { PATH: "/usr/bin:/bin", HOME: home }, encoding: "utf8" });
    expect(ran.stdout).toContain("契約");
    expect(ran.stdout).toContain("期限切れ");
    expect(ran.stdout).toContain(join(home, "notify.yaml"));
    expect(ran.status).toBe(6);
  });
});

describe("systemd", () => {
  const units = (): string => join(home, "config", "systemd", "user");

  test("both units are written, started, shown, and removed without a trace", async () => {
    const installed = await schedule("install", "--systemd", "--at", "07:15");
    expect(installed.code, installed.stderr).toBe(0);
    expect(await readFile(join(units(), "clomoctl-renewals.timer"), "utf8")).toContain(
      "OnCalendar=*-*-* 07:15:00 Asia/Tokyo\n",
    );
    expect(await shown("systemd")).toMatchObject({
      installed: true,
      at: "07:15",
      timezone: "Asia/Tokyo",
      active: true,
    });
    await writeFile(join(units(), "other.timer"), "");
    expect((await schedule("remove", "--systemd")).code).toBe(0);
    expect(await readdir(units())).toEqual(["other.timer"]);
    const asOf = (await readFile(env["FAKE_SYSTEMCTL"] ?? "", "utf8")).split("\n");
    expect(asOf.slice(0, 2)).toEqual(["--user daemon-reload", "--user enable --now clomoctl-renewals.timer"]);
    expect(asOf).toContain("--user disable --now clomoctl-renewals.timer");
    expect((await schedule("remove", "--systemd")).stderr).toContain("no daily schedule was installed");
  });
});
