import { afterAll, beforeAll, expect, test } from "vitest";
import { failureOf, fileOf } from "#support/tenant/tenant.ts";
import { twins, type Twin } from "#support/tenant/twins.ts";

let made: readonly [Twin, Twin];
beforeAll(async () => {
  made = await twins();
});
afterAll(() => Promise.all(made.map((twin) => twin.tenant[Symbol.asyncDispose]())));

test("who does not see the upload that superseded his own is told what it means, and whom to ask", async () => {
  const [{ tenant }] = made;
  tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
  const own = tenant.as("higashi");
  const file = (title: string, email: string, name: string) => ({
    stream: new Blob([
      fileOf([
        ["氏名", "メールアドレス", "役職"],
        [name, email, title],
      ]),
    ]).stream(),
    encoding: "utf-8" as const,
  });
  const request = { kind: "users", mode: "append" } as const;
  const hers = await own.imports.emitted(
    await own.imports.plan(request, file("主任", "hanako@east.example", "東 花子")),
  );
  const hidden = await tenant.client.imports.emitted(
    await tenant.client.imports.plan(request, file("部長", "taro@west.example", "西 太郎")),
  );
  expect((await own.imports.list()).map(({ id }) => id)).not.toContain(hidden.id);
  const failure = await failureOf(own.imports.verify(hers.id, file("主任", "hanako@east.example", "東 花子"), {}));
  expect(failure).toMatchObject({
    code: "conflict",
    what: {
      en: `import ${hers.number} is superseded: a newer upload of the same kind was written for the console since; nothing was changed`,
      ja: expect.stringContaining("その後、同じ種類の新しいアップロード用ファイルが書き出されました"),
    },
    hint: {
      en: "if its file was not uploaded yet, plan it again: clomoctl users import FILE --emit-csv UPLOAD.csv; if it was, ask a system administrator to take over the console's export: clomoctl users import EXPORT.csv --from-console",
      ja: expect.stringContaining("管理画面のエクスポートの取り込みをシステム管理者に依頼してください: clomoctl"),
    },
  });
});
