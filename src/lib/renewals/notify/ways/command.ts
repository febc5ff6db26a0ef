import { spawn } from "node:child_process";
import { same, text } from "../../../text/index.ts";
import type { Digest } from "../digest.ts";
import type { Message } from "../message.ts";
import { codeOf, failed, SENT, type Delivery } from "../outcome.ts";
import type { CommandRecipient } from "../settings.ts";

/** What a command is run with. */
export interface CommandPlace {
  /** without the variables that hold secrets of other recipients */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

/** What a command reads from stdin: one JSON object. */
const inputOf = ({ subject, text, messageId }: Message, { language, due }: Digest): string =>
  `${JSON.stringify({
    messageId,
    language,
    subject,
    text,
    items: due.map(({ context, item, stage, days, day }) => ({
      context,
      id: item.id,
      kind: item.kind,
      name: item.name,
      organisation: item.organisation,
      owner: item.owner,
      expiresAt: item.expiresAt,
      expiresOn: day,
      daysLeft: days,
      stage,
    })),
  })}\n`;

/**
 * Runs the command of a recipient with the notice on stdin, without a shell. It has failed when it does not start, ends
 * with another code than 0, or is not done in time: then it is killed.
 */
export const runCommand = (
  { command: [program, ...args], timeoutMs }: Pick<CommandRecipient, "command" | "timeoutMs">,
  place: CommandPlace,
  message: Message,
  digest: Digest,
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
    }, timeoutMs);
    const settle = (delivery: Delivery): void => {
      clearTimeout(timer);
      child.stdin.destroy();
      resolve(delivery);
    };
    child.on("error", (error) => settle(failed(codeOf(error))));
    child.on("exit", (code, signal) => {
      if (late)
        return settle(
          failed(text(`timed out after ${timeoutMs / 1000} s`, `${timeoutMs / 1000} 秒以内に終わりませんでした`)),
        );
      settle(code === 0 ? SENT : failed(same(code === null ? `${signal}` : `exit ${code}`)));
    });
    // a command need not read what it is given
    child.stdin.on("error", () => undefined).end(inputOf(message, digest));
  });
