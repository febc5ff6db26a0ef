import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { FIXTURES, freshHome, ROOT, run } from "#support/process/program.ts";

/** Runs a shell script in its own mount namespace; only on Linux, and not in every container. */
const WITH_MOUNTS = ["--map-root-user", "--mount", "sh", "-ec"] as const;
const mayMount = spawnSync("unshare", [...WITH_MOUNTS, "mount -t tmpfs none /tmp"]).status === 0;

const PEOPLE = join(FIXTURES, "people.csv");

const READING = [
  ["status", "P2", 1],
  ["tenant show", "local"],
  ["users list", "髙橋 圭"],
  ["users show kei.takahashi@example.jp", "kei.takahashi@example.jp"],
  ["users history kei.takahashi@example.jp", "create"],
  ["users export -o - --encoding utf-8", "髙橋 圭"],
  ["users template --encoding utf-8", "メールアドレス"],
  ["users fields list", "name"],
  ["orgs list", "営業①"],
  ["orgs show 本社", "本社"],
  ["orgs export --encoding utf-8", "営業①"],
  ["devices list", "serialNumber"],
  ["devices export --encoding utf-8", "シリアルナンバー"],
  ["secured users list --app docs", "userId"],
  ["secured users export --app docs --encoding utf-8", "ユーザーID"],
  ["imports list", "committed"],
  ["imports show 1", "people.csv"],
  ["imports show 1 --rows", "髙橋 圭"],
  ["imports show P2 --rows", "unchanged"],
  ["renewals list", "本社"],
  ["renewals check", "1 ok"],
  ["renewals guide 本社", "clomoctl renewals edit 本社"],
  ["context list", "local"],
] as const;

test.skipIf(!mayMount)(
  "a read-only home can be read, and a change reports what cannot be written",
  async () => {
    const home = await freshHome();
    for (const line of [
      `users import ${PEOPLE} --create-orgs --yes`,
      `users import ${PEOPLE} --dry-run --keep-plan`,
      "renewals add 本社 --kind custom --expires 2099-01-01",
    ]) {
      expect(await run(line.split(" "), { home })).toMatchObject({ code: 0 });
    }
    const script = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; shift; exec "$@"';
    const readOnly = async (line: string) => {
      const door = [process.execPath, join(ROOT, "bin", "clomoctl.js"), ...line.split(" ")];
      const env = { PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C", CLOMOCTL_HOME: home };
      const ran = promisify(execFile)("unshare", [...WITH_MOUNTS, script, "sh", home, ...door], { env });
      return ran.then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
      );
    };
    for (const [line, shown, expected = 0] of READING) {
      const { code, stdout, stderr } = await readOnly(line);
      expect({ line, code, stderr }).toMatchObject({ code: expected });
      expect(stdout, line).toContain(shown);
      const warning =
        "warning: this export is not recorded in the audit log, because the tenant's file cannot be written\n";
      expect(String(stderr).includes(warning), line).toBe(/^(?:users|orgs) export/.test(line));
    }
    const change = await readOnly("users fields add 入社年");
    expect(change).toMatchObject({ code: 4, stdout: "" });
    expect(change.stderr).toContain(join(home, "tenants", "local", "tenant.db"));
    for (const line of ["context use local", `csv check ${PEOPLE} --as users`])
      expect((await readOnly(line)).stderr).toMatch(
        /^error: clomoctl cannot write its settings and data to this folder\n {2}\/[^\n]+\n/,
      );
  },
  60_000,
);

test.skipIf(!mayMount)(
  "a tenant on a full disk can be read without leftovers, and a change reports the full disk",
  async () => {
    const home = await freshHome();
    const door = join(ROOT, "bin", "clomoctl.js");
    expect(await run(["users", "import", PEOPLE, "--create-orgs", "--yes"], { home })).toMatchObject({ code: 0 });
    const script = `
      disk=$(mktemp -d); mount -t tmpfs -o size=700k,mode=700 tmpfs "$disk"; cp -R "$1/tenants" "$disk"
      dd if=/dev/zero of="$disk/fill" bs=1k 2>/dev/null || true
      export CLOMOCTL_HOME=$disk; node=$2; door=$3
      "$node" "$door" status || echo ended: $?
      for line in "users list" "imports list"; do "$node" "$door" $line; "$node" "$door" $line; done
      echo files: $(find "$disk/cache" -type f | wc -l)
      "$node" "$door" users fields add 入社年 || echo ended: $?
      rm "$disk/fill"; "$node" "$door" users fields add 入社年`;
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C" };
    const args = [...WITH_MOUNTS, script, "sh", home, process.execPath, door];
    const { stdout, stderr } = await promisify(execFile)("unshare", args, { env });
    expect(stdout.match(/髙橋 圭/g)).toHaveLength(2);
    expect(stdout.match(/^1\t.*committed/gm)).toHaveLength(2);
    expect(stdout).toContain("files: 0\nended: 1\n");
    expect(stderr).toMatch(
      /^error: no space left on the disk\n {2}\S+tenant\.db\n {2}free some space[^\n]+\n(?!error)/,
    );
  },
  60_000,
);
