import type { Running } from "#support/process/program.ts";

/**
 * Returns the first line that a running program prints to stdout, such as the address at which it listens.
 *
 * @throws if it ends before
 */
export async function firstLine({ process, ended }: Running): Promise<string> {
  const line = new Promise<string>((resolve) => {
    let text = "";
    process.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf("\n");
      if (end !== -1) resolve(text.slice(0, end));
    });
  });
  const gone = ended.then(({ code, stderr }) => Promise.reject(new Error(`ended with ${code}: ${stderr}`)));
  gone.catch(() => undefined);
  return Promise.race([line, gone]);
}
