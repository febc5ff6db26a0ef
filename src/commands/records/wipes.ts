import { counted, text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/**
 * Asks whether devices may get another owner that have to be wiped for it.
 *
 * @throws `input-rejected` where another number is typed, or it cannot be asked for
 */
export const askWipes = ({ terminal }: Pick<Tools, "terminal">, count: number): Promise<void> =>
  terminal.prompts.typedNumber({
    message: text(
      `${counted(count, "device")} to be wiped and set up again; type ${count} to change the owner:`,
      `${count} 台のデバイスで初期化と再設定が必要になります。所有者を変えるには台数を入力してください:`,
    ),
    flag: `--confirm-wipes ${count}`,
    expected: count,
  });
