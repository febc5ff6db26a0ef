import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestTasks } from "#support/tenant/tasks.ts";
import { TestTenant, type Cells } from "#support/tenant/tenant.ts";
import { buildTaskSteps } from "./steps.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import({ kind: "users", fromConsole: true }, USERS);
});
afterEach(() => tenant[Symbol.asyncDispose]());

const HEADER = ["氏名", "メールアドレス", "社員コード"];
const USERS: Cells = [HEADER, ["一", "one@x", "1"], ["二", "two@x", "2"], ["三", "three@x", "3"]];

const tasks = new TestTasks(() => tenant);
const edit = async (email: string, values: { readonly employeeCode?: string; readonly emails?: string[] }) =>
  tenant.client.users.edit(String((await tenant.client.users.find({ name: email }))[0]?.id), values);

/** The steps of a task that name a key, without where to click. */
const keySteps = async (place: number, language: "en" | "ja" = "en"): Promise<readonly string[]> =>
  buildTaskSteps(await tasks.of(place))
    .map((step) => step[language])
    .filter((step) => /社員コード|メールアドレス/.test(step));

describe("across tasks", () => {
  const exchange = async () => {
    await edit("one@x", { employeeCode: "9" });
    await edit("two@x", { employeeCode: "1" });
    await edit("one@x", { employeeCode: "2" });
  };

  test("the other record gets a temporary key first, and its task is named", async () => {
    await exchange();
    expect((await keySteps(2))[0]).toBe(
      `二 <two@x>: if 一 <one@x> still has the new 社員コード, first set a temporary 社員コード for 一 <one@x>, because the records exchange their values (task ${tasks.number(3)})`,
    );
    expect((await keySteps(3, "ja"))[0]).toBe(
      `「一 <one@x>」: 新しい社員コードをまだ「二 <two@x>」が使っている場合は、先に「二 <two@x>」の社員コードを仮の値に変更してください。値を入れ替えるためです(作業 ${tasks.number(2)})`,
    );
  });

  test("a task that was confirmed no longer prevents another", async () => {
    await exchange();
    await tasks.confirm(3);
    expect(await keySteps(2)).toEqual(["社員コード: 2 → 1"]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["another key", () => edit("two@x", { employeeCode: "4" })],
    [
      "a deletion",
      async () => {
        const [two] = await tenant.client.users.find({ name: "two@x" });
        await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids: [two?.id ?? ""] }));
      },
    ],
  ])("the task that frees the key comes first: %s", async (_, free) => {
    await free();
    await tenant.client.users.create({ name: "四", emails: ["four@x"], employeeCode: "2" });
    const task = tasks.number(1);
    expect((await keySteps(2))[0]).toBe(
      `四 <four@x>: 二 <two@x> still has the new 社員コード; change 二 <two@x> first (task ${task})`,
    );
    expect((await keySteps(2, "ja"))[0]).toBe(
      `「四 <four@x>」: 新しい社員コードは「二 <two@x>」が使っています。先にそちらを変更してください(作業 ${task})`,
    );
  });
});
