import { storeContract } from '../contract/store.ts';
import { openOnServer } from './on-server.ts';

storeContract('the store on a MyScale server without full-text search', () => openOnServer({ kind: 'myscale-v1' }));
