import { writeFile } from "node:fs/promises";

export interface PeopleOptions {
  readonly from?: number;
  readonly to: number;
  readonly title?: string;
}

const HEADER = "氏名,フリガナ,メールアドレス,組織コード,役職,社員コード,TEL,CLOMOアカウント名";

/** Writes a file for `users import` with numbered, invented people in fifty organisations. */
export async function writePeople(path: string, { from = 0, to, title = "係長" }: PeopleOptions): Promise<string> {
  const rows = Array.from({ length: to - from }, (_, at) => {
    const n = from + at;
    return `山田 太郎${n},ヤマダ タロウ,user${n}@example.com,S${n % 50},${title},E${n},03-0000-${n},account${n}`;
  });
  await writeFile(path, `${[HEADER, ...rows].join("\r\n")}\r\n`);
  return path;
}
