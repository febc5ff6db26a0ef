import { expect, test } from "vitest";
import { createUnreadableSettingsFailure } from "./settings-file.ts";

const failing = (code: string): Error => Object.assign(new Error(code), { code });

test.each([
  [
    failing("EACCES"),
    "permission denied",
    "読み取る権限がありません",
    "make the file and its folder readable for you",
    "ファイルとフォルダーを読み取れるようにしてください",
  ],
  [
    failing("EPERM"),
    "permission denied",
    "読み取る権限がありません",
    "make the file and its folder readable for you",
    "ファイルとフォルダーを読み取れるようにしてください",
  ],
  [
    failing("EIO"),
    "disk I/O error",
    "ディスクで入出力エラーが起きました",
    "check the disk, then run the command again",
    "ディスクを確認してから、もう一度実行してください",
  ],
  [
    new SyntaxError("not JSON"),
    "cannot read the contexts",
    "コンテキストを読み込めません",
    "correct the file, or move it to another place",
    "ファイルを直すか、別の場所に移してください",
    "input-rejected",
  ],
])("reports settings that cannot be read: %s", (cause, en, ja, hintEn, hintJa, code = "unexpected") => {
  expect(createUnreadableSettingsFailure("/home/contexts.json", cause)).toMatchObject({
    code,
    what: { en, ja },
    where: "/home/contexts.json",
    hint: { en: hintEn, ja: hintJa },
    cause,
  });
});
