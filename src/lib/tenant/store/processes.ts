/** The operating system's processes, as far as the tenant needs them. */
export interface Processes {
  /** the id of this process */
  readonly self: number;
  /** whether a process with that id is running, whoever owns it */
  isAlive(pid: number): boolean;
}
