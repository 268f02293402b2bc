/** A worker as its client sees it, whatever it runs in: a thread of Node, or a browser's worker. */
export interface WorkerPort {
  post(message: unknown): void;
  /** Tells whether something is under way: only then may the worker keep the process alive. */
  hold(isBusy: boolean): void;
  /** Ends the worker; resolves when it has ended. */
  end(): Promise<unknown>;
}

/** What a client hears of its worker. */
export interface WorkerEvents {
  readonly received: (message: unknown) => void;
  /** A message came that could not be taken apart. */
  readonly unreadable: (reason: string) => void;
  /** The worker is gone: it crashed, could not be started, or was ended. */
  readonly stopped: (reason: string) => void;
}

/** Starts a worker. Never throws: a worker that cannot be started has stopped. */
export type StartWorker = (events: WorkerEvents) => WorkerPort;
