const HARMLESS = new Set(
  `compile fit evaluate predict summary save save_weights load_weights export count_params get_weights set_weights train_on_batch
   test_on_batch predict_on_batch add_loss add_metric adapt get_config fit_generator evaluate_generator to_json reset_states reset_state
   compile_from_config reset_metrics quantize stop_training loss metrics optimizer dtype compute_dtype variable_dtype history
   weights trainable_weights non_trainable_weights variables trainable_variables non_trainable_variables losses built
   parameters named_parameters state_dict zero_grad _name activity_regularizer supports_masking compute_mask compute_loss metrics_names jit_compile`.split(
    /\s+/,
  ),
);

/** Whether a method or attribute of Keras' layers and models, when it is called or read, leaves the layers as they are. */
export const isHarmlessMember = (name: string): boolean => HARMLESS.has(name);
