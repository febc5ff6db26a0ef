import { expect } from "vitest";
import { Console } from "./support/console.ts";
import { story } from "./support/story.ts";
import * as w from "./words.ts";

story("an export of the console is taken, changed, uploaded and confirmed", async (s) => {
  const panel = new Console("users");
  panel.put({ 氏名: "髙橋 圭", メールアドレス: ["kei@example.jp", "k@example.jp"], 社員コード: "0001" });
  panel.put({ 氏名: "表 太郎", メールアドレス: "taro@example.jp", 社員コード: "0002" });
  await s.run(w.users.take(await s.write("export.csv", panel.export()), "--yes"));
  await s.write("list.csv", "氏名,メールアドレス,役職\n表 太郎,taro@example.jp,課長\n");
  await s.run(w.users.importAndEmit("list.csv", "upload.csv", "--yes"));
  expect(panel.upload(await s.read("upload.csv"))).toBe(1);
  expect(panel.value("taro@example.jp", "役職")).toBe("課長");
  await s.run(w.users.take(await s.write("export2.csv", panel.export()), "--yes"));
  expect(await s.json(w.consoleTasks.list())).toEqual([]);
});
