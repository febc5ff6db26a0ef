import { EventEmitter } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, run as runAtHome } from "#support/cli/home.ts";
import { run } from "#support/commands/program.ts";

test("prints its address alone, and serves there until it is stopped", async () => {
  const home = freshHome();
  writeFileSync(join(home, "password"), "Strong42", { mode: 0o600 });
  await runAtHome("serve init --account boss@example.jp --password-file password".split(" "), { home });
  const signals = new EventEmitter();
  const statuses: number[] = [];
  const stopAfterRequest = async (url: string): Promise<void> => {
    try {
      statuses.push((await fetch(`${url.trim()}/healthz`)).status);
    } finally {
      signals.emit("SIGTERM");
    }
  };
  const onOutput = (printed: string): void => void (printed.endsWith("\n") && stopAfterRequest(printed));
  const { exit, stdout } = await run("serve --listen 127.0.0.1:0", { home, tenant: {}, signals, onOutput });
  expect([exit, stdout]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\n$/)]);
  expect(statuses).toEqual([200]);
}, 30_000);

test("without a password, names the commands that work: others in a mirror, whose administrators are in the console", async () => {
  const home = freshHome();
  const serve = () => runAtHome("serve --listen 127.0.0.1:0".split(" "), { home });
  expect((await serve()).stderr).toContain("clomoctl serve init");
  writeFileSync(join(home, "u.csv"), "氏名,メールアドレス\n山田,yamada@example.jp\n");
  const mirrored = await runAtHome(["console", "sync", join(home, "u.csv"), "--yes"], { home });
  expect(mirrored.code).toBe(0);
  const { code, stderr } = await serve();
  expect([code, stderr]).toEqual([
    3,
    expect.stringContaining("clomo-account create MAIL --account NAME --role system --already-in-console"),
  ]);
  expect(stderr).toContain("clomoctl clomo-account reset-password NAME --for-sign-in --password-file FILE");
  expect(stderr).not.toContain("serve init");
});

test.each(["8080", "127.0.0.1", "127.0.0.1:65536", "[127.0.0.1]:80", "unix:", "http://127.0.0.1:80"])(
  "--listen %s is refused with an example",
  async (place) => {
    const { exit, stderr } = await run(`serve --listen ${place}`);
    expect([exit, stderr]).toEqual([2, expect.stringContaining("--listen 127.0.0.1:8080")]);
  },
);
