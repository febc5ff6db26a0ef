import { line } from "../../../../lib/advice/index.ts";
import type { Import } from "../../../../lib/client/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { IMPORT_MODE_NAMES } from "../../../../lib/model/import.ts";
import { securedAppName } from "../../../../lib/model/secured-user.ts";
import { text, type Text } from "../../../../lib/text/index.ts";
import { uploadMode } from "./upload.ts";

/** The screen on which the console has the records of a kind. */
export const pageOf = (kind: Import["kind"]): Text => inApp(kind, FORMATS[kind].thing.screen.page);

/** A text about a kind, with the name of its app for `{app}`. */
export const inApp = (kind: Import["kind"], { en, ja }: Text): Text => {
  const { app } = FORMATS[kind];
  if (app === undefined) return text(en, ja);
  return text(en.replace("{app}", securedAppName(app)), ja.replace("{app}", securedAppName(app)));
};

/** What proves an upload. @param number of its import, which every upload has */
export const exportAndVerify = (number: string | null): Text =>
  text(
    `export in the console, then: ${line("imports verify", [number ?? "NUMBER"], { against: "EXPORT.csv" })}`,
    `管理画面でエクスポートしてから: ${line("imports verify", [number ?? "NUMBER"], { against: "EXPORT.csv" })}`,
  );

/** Where and how to upload a plan's file. */
export function uploadOf(plan: Pick<Import, "kind" | "mode">): Text {
  const { clicks, choice } = FORMATS[plan.kind].thing.screen;
  const page = pageOf(plan.kind);
  const upload = text(`upload in ${page.en}${clicks.en}`, `${page.ja}${clicks.ja}`);
  if (choice === undefined) {
    return text(
      `${upload.en}, by the choice that takes such a file (which one is not known)`,
      `${upload.ja}、このファイルに合う選択肢でアップロードしてください(どれが合うかは確認されていません)`,
    );
  }
  const wanted = uploadMode(plan);
  const [{ ja: name }, { ja: other }] = [
    IMPORT_MODE_NAMES[wanted],
    IMPORT_MODE_NAMES[wanted === "append" ? "replace" : "append"],
  ];
  return text(
    `${upload.en}, ${choice.en} must be ${name} (never ${other})`,
    `${upload.ja}、${choice.ja}必ず「${name}」にしてアップロードしてください(「${other}」は不可)`,
  );
}
