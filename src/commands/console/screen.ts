import type { Import } from "../../lib/client/index.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { IMPORT_MODE_NAMES } from "../../lib/model/import.ts";
import { formatSecuredAppName } from "../../lib/nouns/secured-user.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { buildConsoleImportCommand } from "../imports/refusal/console-import-command.ts";

export const getConsolePage = (kind: Import["kind"]): Text => insertAppName(kind, FORMATS[kind].thing.screen.page);

export const insertAppName = (kind: Import["kind"], { en, ja }: Text): Text => {
  const { app } = FORMATS[kind];
  if (app === undefined) return text(en, ja);
  return text(en.replace("{app}", formatSecuredAppName(app)), ja.replace("{app}", formatSecuredAppName(app)));
};

export const describeUploadCheck = (kind: Import["kind"]): Text => {
  const take = buildConsoleImportCommand(kind);
  return text(
    `after the upload, export the records in the console, then: ${take}`,
    `アップロード後、管理画面でエクスポートしてから: ${take}`,
  );
};

/** @param isWhole true for a file for 全件更新 */
export function describeUpload(kind: Import["kind"], isWhole: boolean): Text {
  const { clicks, choice } = FORMATS[kind].thing.screen;
  const page = getConsolePage(kind);
  const upload = text(`upload in ${page.en}${clicks.en}`, `${page.ja}${clicks.ja}`);
  if (choice === undefined) {
    return text(
      `${upload.en}, and select the option that fits this file (clomoctl does not know which one)`,
      `${upload.ja}、このファイルに合う選択肢でアップロードしてください(どれが合うかは clomoctl では確認できていません)`,
    );
  }
  const { append, replace } = IMPORT_MODE_NAMES;
  const [{ ja: name }, { ja: other }] = isWhole ? [replace, append] : [append, replace];
  return text(
    `${upload.en}, with ${choice.en} set to ${name} (never ${other})`,
    `${upload.ja}、${choice.ja}必ず「${name}」にしてアップロードしてください(「${other}」は不可)`,
  );
}
