import { parentPort, workerData } from 'node:worker_threads';
import type { AnalysisWorkerData } from './definitions/analysisProtocol';
import { AnalysisService } from './definitions/analysisService';
import { Documents } from './definitions/documents';

/** The analysis worker: reads definitions and computes the bounds that need no run, away from the extension host. */
const { assets } = workerData as AnalysisWorkerData;
const service = new AnalysisService(Documents.load(assets), reply => parentPort?.postMessage(reply));

parentPort?.on('message', message => void service.receive(message));
