import { line } from "../../../../lib/advice/index.ts";
import type { Import } from "../../../../lib/client/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { IMPORT_MODE_NAMES } from "../../../../lib/model/import.ts";
import { formatSecuredAppName } from "../../../../lib/model/secured-user.ts";
import { text, type Text } from "../../../../lib/text/index.ts";
import { getUploadMode } from "../../../../lib/model/upload.ts";

export const getConsolePage = (kind: Import["kind"]): Text => insertAppName(kind, FORMATS[kind].thing.screen.page);

/** Replaces `{app}` in a text about a kind with the name of the kind's app. */
export const insertAppName = (kind: Import["kind"], { en, ja }: Text): Text => {
  const { app } = FORMATS[kind];
  if (app === undefined) return text(en, ja);
  return text(en.replace("{app}", formatSecuredAppName(app)), ja.replace("{app}", formatSecuredAppName(app)));
};

/** Returns the advice on how to verify an upload.  @param number number of the change; null if it is not known yet */
export const describeUploadCheck = (number: string | null): Text =>
  text(
    `after the upload, export in the console, then: ${line("imports verify", [number ?? "NUMBER"], { against: "EXPORT.csv" })}`,
    `アップロード後、管理画面でエクスポートしてから: ${line("imports verify", [number ?? "NUMBER"], { against: "EXPORT.csv" })}`,
  );

export function describeUpload(plan: Pick<Import, "kind" | "mode">): Text {
  const { clicks, choice } = FORMATS[plan.kind].thing.screen;
  const page = getConsolePage(plan.kind);
  const upload = text(`upload in ${page.en}${clicks.en}`, `${page.ja}${clicks.ja}`);
  if (choice === undefined) {
    return text(
      `${upload.en}, and select the option that fits this file (it is not known which one)`,
      `${upload.ja}、このファイルに合う選択肢でアップロードしてください(どれが合うかは確認されていません)`,
    );
  }
  const wanted = getUploadMode(plan);
  const [{ ja: name }, { ja: other }] = [
    IMPORT_MODE_NAMES[wanted],
    IMPORT_MODE_NAMES[wanted === "append" ? "replace" : "append"],
  ];
  return text(
    `${upload.en}, with ${choice.en} set to ${name} (never ${other})`,
    `${upload.ja}、${choice.ja}必ず「${name}」にしてアップロードしてください(「${other}」は不可)`,
  );
}
