import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startThread } from "./thread.ts";

test("a stopped thread leaves no pending promises", async () => {
  const folder = mkdtempSync(join(tmpdir(), "thread-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "users.csv");
  writeFileSync(path, "氏名,メールアドレス\n");
  const thread = startThread({
    path,
    from: 0,
    format: "users",
    header: ["氏名", "メールアドレス"],
    reading: { encoding: "utf-8" },
    options: { today: "2027-03-31" },
    problemLimit: 1,
  });
  await thread.stop();
  await expect(thread.findings).rejects.toThrow("ended without a result");
});
