import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

export const createDamagedWorkbookFailure = (cause?: unknown): Failure =>
  new Failure("input-rejected", {
    what: text(
      "the file is damaged, has a password, or is not an .xlsx workbook",
      "ファイルが壊れているか、パスワードで保護されているか、.xlsx 形式の Excel ブックではありません",
    ),
    hint: text("save it in Excel as .xlsx without a password", "Excel でパスワードなしの .xlsx に保存してください"),
    cause,
  });

export const createWorkbookTooLargeFailure = (): Failure =>
  new Failure("input-rejected", {
    what: text("the workbook is too large when unpacked", "展開後のブックが大きすぎます"),
    hint: text("save the sheet as CSV UTF-8, and import that", "シートを CSV UTF-8 で保存して取り込んでください"),
  });

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
