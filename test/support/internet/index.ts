export { Internet } from './internet';
export { LOOK_ALIKE } from './world';
