import { spawn } from "node:child_process";
import { same, text } from "../../../text/index.ts";
import type { DueReminder, Message } from "../message.ts";
import { getErrorLabel, createFailedDelivery, SENT_DELIVERY, type Delivery } from "../outcome.ts";

export interface CommandEnvironment {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

const buildCommandInput = ({ subject, text, messageId }: Message, due: readonly DueReminder[]): string =>
  `${JSON.stringify({
    messageId,
    subject,
    text,
    items: due.map(({ item, stage }) => ({
      context: item.context,
      id: item.id,
      kind: item.kind,
      name: item.name,
      organisation: item.organisation,
      owner: item.owner,
      expiresAt: item.expiresAt,
      expiresOn: item.expiresOn,
      daysLeft: item.daysLeft,
      stage,
    })),
  })}\n`;

/** Runs the command without a shell, and kills it after `timeout` seconds. */
export const runCommand = (
  { command: [program = "", ...args], timeout }: { readonly command: readonly string[]; readonly timeout: number },
  place: CommandEnvironment,
  message: Message,
  due: readonly DueReminder[],
): Promise<Delivery> =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: place.folder,
      env: { ...place.environment },
      shell: false,
      windowsHide: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeout * 1000);
    const settle = (delivery: Delivery): void => {
      clearTimeout(timer);
      child.stdin.destroy();
      resolve(delivery);
    };
    child.on("error", (error) => settle(createFailedDelivery(getErrorLabel(error))));
    child.on("exit", (code, signal) => {
      if (late)
        return settle(
          createFailedDelivery(text(`timed out after ${timeout} s`, `${timeout} 秒以内に終わりませんでした`)),
        );
      settle(code === 0 ? SENT_DELIVERY : createFailedDelivery(same(code === null ? `${signal}` : `exit ${code}`)));
    });
    // the command may exit without reading its input
    child.stdin.on("error", () => undefined).end(buildCommandInput(message, due));
  });
