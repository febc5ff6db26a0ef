import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

const refusal = (what: Text, hint?: Text, cause?: unknown): Failure =>
  new Failure("input-rejected", { what, hint, cause });

const SAVE_AS_XLSX = text("save it as .xlsx in Excel", "Excel で .xlsx 形式で保存し直してください");

export const damaged = (cause?: unknown): Failure =>
  refusal(
    text("the workbook is damaged, or not an Excel workbook", "ブックが壊れているか、Excel ブックではありません"),
    text("open it in Excel and save it again as .xlsx", "Excel で開き、.xlsx 形式で保存し直してください"),
    cause,
  );

export const tooLarge = (): Failure =>
  refusal(
    text("the workbook is too large when unpacked", "ブックを展開すると大きすぎます"),
    text("save the sheet as CSV UTF-8 and import that", "シートを CSV UTF-8 で保存してインポートしてください"),
  );

export const withPassword = (): Failure =>
  refusal(
    text("the workbook is protected by a password", "ブックがパスワードで保護されています"),
    text("remove the password in Excel and save it", "Excel でパスワードを解除して保存してください"),
  );

export const oldWorkbook = (): Failure =>
  refusal(
    text("this is an old Office file (.xls), which is not read", "古い形式の Office ファイル(.xls)は読み込めません"),
    SAVE_AS_XLSX,
  );

export const otherWorkbook = (suffix: string): Failure =>
  refusal(text(`${suffix} files are not read`, `${suffix} ファイルは読み込めません`), SAVE_AS_XLSX);

const listed = (sheets: readonly string[]): string => sheets.map((name) => JSON.stringify(name)).join(", ");

/** A workbook of which a sheet has to be chosen. */
export class SheetChoice extends Failure {
  /** the names to choose from */
  readonly sheets: readonly string[];

  constructor(sheets: readonly string[], named?: string) {
    super("usage", {
      what:
        named === undefined
          ? text(`several sheets have data: ${listed(sheets)}`, `データのあるシートが複数あります: ${listed(sheets)}`)
          : text(
              `no sheet named ${JSON.stringify(named)}; there are ${listed(sheets)}`,
              `シート ${JSON.stringify(named)} はありません(${listed(sheets)})`,
            ),
      where: "--sheet",
      hint: text("name the sheet: --sheet NAME", "--sheet でシート名を指定してください"),
    });
    this.sheets = sheets;
  }
}
