import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

const createWorkbookFailure = (what: Text, hint?: Text, cause?: unknown): Failure =>
  new Failure("input-rejected", { what, hint, cause });

const SAVE_AS_XLSX_HINT = text("save the file as .xlsx in Excel", "Excel で .xlsx 形式で保存し直してください");

export const createDamagedWorkbookFailure = (cause?: unknown): Failure =>
  createWorkbookFailure(
    text("the file is damaged or is not an Excel workbook", "ファイルが壊れているか、Excel ブックではありません"),
    text("open the file in Excel and save it again as .xlsx", "Excel で開き、.xlsx 形式で保存し直してください"),
    cause,
  );

export const createWorkbookTooLargeFailure = (): Failure =>
  createWorkbookFailure(
    text("the workbook is too large when unpacked", "展開後のブックが大きすぎます"),
    text(
      "save the sheet as CSV UTF-8 and import the CSV file",
      "シートを CSV UTF-8 で保存し、その CSV ファイルをインポートしてください",
    ),
  );

export const createProtectedWorkbookFailure = (): Failure =>
  createWorkbookFailure(
    text("the workbook is protected with a password", "ブックがパスワードで保護されています"),
    text("in Excel, remove the password and save the workbook", "Excel でパスワードを解除して保存してください"),
  );

export const createOldWorkbookFailure = (): Failure =>
  createWorkbookFailure(
    text("old Office files (.xls) cannot be read", "古い形式の Office ファイル(.xls)は読み込めません"),
    SAVE_AS_XLSX_HINT,
  );

export const createUnsupportedWorkbookFailure = (suffix: string): Failure =>
  createWorkbookFailure(
    text(`${suffix} files cannot be read`, `${suffix} ファイルは読み込めません`),
    SAVE_AS_XLSX_HINT,
  );

const formatSheetNames = (sheets: readonly string[]): string => sheets.map((name) => JSON.stringify(name)).join(", ");

export class SheetChoiceFailure extends Failure {
  readonly sheets: readonly string[];

  constructor(sheets: readonly string[], named?: string) {
    super("usage", {
      what:
        named === undefined
          ? text(
              `several sheets have data: ${formatSheetNames(sheets)}`,
              `データのあるシートが複数あります: ${formatSheetNames(sheets)}`,
            )
          : text(
              `the workbook does not have a sheet named ${JSON.stringify(named)}; its sheets are ${formatSheetNames(sheets)}`,
              `シート ${JSON.stringify(named)} はありません。ブックにあるシート: ${formatSheetNames(sheets)}`,
            ),
      where: "--sheet",
      hint: text("specify the sheet: --sheet NAME", "--sheet でシート名を指定してください"),
    });
    this.sheets = sheets;
  }
}
