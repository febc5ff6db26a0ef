import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareMirror } from "./by-hand.ts";
import { createScene, runOrThrow, type Scene } from "./scene.ts";

async function prepareField(home: string): Promise<void> {
  await prepareMirror(home);
  await runOrThrow(home, "users", "fields", "add", "入社日");
  await runOrThrow(home, "users", "edit", "E1", "--custom", "入社日=2020-04-01");
}

async function prepareAnswers(home: string): Promise<void> {
  const answers = "question,value\npush-certificate.holder,情報システム部\nrules.lost,共有フォルダー\n";
  await writeFile(join(home, "answers.csv"), answers);
}

const LEARN = ["layouts", "learn", "list.csv", "--as", "users", "--map", "map.yaml"];

async function prepareList(home: string): Promise<void> {
  await prepareMirror(home);
  await writeFile(join(home, "list.csv"), "名,メールアドレス\n山田,taro@example.jp\n");
  await writeFile(join(home, "map.yaml"), "columns:\n  名: 氏名\n");
}

async function prepareLayout(home: string): Promise<string> {
  await prepareList(home);
  const { text } = await runOrThrow(home, ...LEARN, "--format", "json");
  return (JSON.parse(text) as { readonly id: string }).id;
}

export const SETTINGS_SCENES: readonly Scene[] = [
  createScene("tenant set --administrators-complete", prepareMirror, "tenant set --administrators-complete users"),
  createScene("users fields remove", prepareField, "users fields remove 入社日 --confirm-deletions 1"),
  createScene("context set", prepareMirror, "context set local --timezone Asia/Tokyo --protected"),
  { name: "layouts learn", prepare: prepareList, line: LEARN },
  { name: "layouts remove", prepare: prepareLayout, line: ["layouts", "remove", "ID", "--yes"] },
  { name: "handover answer", prepare: prepareAnswers, line: ["handover", "answer", "--file", "answers.csv"] },
];
