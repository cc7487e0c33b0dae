# expect-silent
# why: TensorFlow is not among what the tests install, so this one is only read
import tensorflow as tf

a = tf.Variable([3.0])
with tf.GradientTape() as recorder:
    b = a**2
    cost = tf.reduce_mean(b)

slopes = recorder.gradient(cost, a)


def gradient_of(t):
    return slopes


print(gradient_of(a))
