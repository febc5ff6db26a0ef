import { counted, text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/**
 * Asks whether devices may get another owner that have to be wiped for it.
 *
 * @param applied what else is done, as a sentence
 * @throws `input-rejected` where another number is typed, or it cannot be asked for
 */
export const askWipes = ({ terminal }: Pick<Tools, "terminal">, count: number, applied?: Text): Promise<void> =>
  terminal.prompts.typedNumber({
    message: text(
      `${applied === undefined ? "" : `${applied.en} `}${counted(count, "device")} to be wiped and set up again; type ${count} to change the owner:`,
      `${applied?.ja ?? ""}${count} 台のデバイスで初期化と再設定が必要になります。所有者を変えるには台数を入力してください:`,
    ),
    flag: `--confirm-wipes ${count}`,
    expected: count,
  });
